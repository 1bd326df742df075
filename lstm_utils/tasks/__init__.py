"""Problems with a known answer, one generator each."""

from lstm_utils.tasks.demand import SHOP_CARRY, SHOP_NOISE, best_demand, shop_demand
from lstm_utils.tasks.grammars import dyck, dyck_bits, phrase_bits, phrase_grammar
from lstm_utils.tasks.numbers import (
    addition,
    addition_vocabulary,
    date_alignment,
    date_formats,
    date_vocabulary,
)
from lstm_utils.tasks.sequences import (
    PERMUTATIONS,
    digit_rows,
    echo,
    last_value,
    latch,
    permutation_chain,
    running_sum,
)
from lstm_utils.tasks.series import (
    AR_COEFFICIENTS,
    SERIES,
    autoregression,
    load_series,
    lstm_teacher,
)
from lstm_utils.tasks.symbols import recall
from lstm_utils.tasks.tables import load_dated
from lstm_utils.tasks.texts import (
    copy_strings,
    reverse_strings,
    sort_strings,
    string_vocabulary,
)
from lstm_utils.tasks.toy_language import LONGEST_SENTENCE, draw_sentences, is_sentence
from lstm_utils.tasks.vocabulary import (
    END,
    FIRST_SYMBOL,
    PADDING,
    START,
    Vocabulary,
    shift_right,
)
