"""Exports a scikit-learn model as an ONNX file that ModelServing can serve.

    pip install scikit-learn skl2onnx
    python3 export_sklearn.py model.onnx
"""

import sys

from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier

# Your own training goes here.
rows, labels = make_classification(n_samples=500, n_features=3, n_informative=3, n_redundant=0, random_state=1)
model = GradientBoostingClassifier(n_estimators=20, random_state=1).fit(rows, labels)

# One input "x" with any number of rows. Outputs must be tensors: without zipmap=False, the probabilities would be a list of maps.
onnx = convert_sklearn(
    model,
    initial_types=[("x", FloatTensorType([None, 3]))],
    options={"zipmap": False},
    target_opset={"": 17, "ai.onnx.ml": 3},
)

with open(sys.argv[1], "wb") as file:
    file.write(onnx.SerializeToString())
