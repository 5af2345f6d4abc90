"""Exports a PyTorch model as an ONNX file that ModelServing can serve.

    pip install torch onnx
    python3 export_pytorch.py model.onnx
"""

import sys

import torch

# Your own training goes here.
torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1), torch.nn.Sigmoid()).eval()

# A dimension of any length needs a name: here the number of rows. The file must hold its weights itself (no external data).
torch.onnx.export(
    model,
    (torch.zeros(1, 3),),
    sys.argv[1],
    input_names=["x"],
    output_names=["probability"],
    dynamic_axes={"x": {0: "rows"}, "probability": {0: "rows"}},
    opset_version=17,
    dynamo=False,
)
