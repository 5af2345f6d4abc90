namespace ModelServing.Registry.Onnx.Values;

/// <summary>Which inputs and outputs of an operator have the same element type, and which outputs always have a certain one.</summary>
/// <remarks>
/// A rule has parts: <c>same</c> joins all inputs and outputs, <c>i0=o0</c> joins the first input and the first output, <c>o*</c> are all
/// outputs, and <c>o1:l</c> says that the second output is an INT64 (<c>i</c>: INT32, <c>o</c>: anything else). Nothing is known about an
/// operator without a rule. A wrong rule can't hide a division: the runtime checks types, and a class with an integer in it stays one.
/// </remarks>
internal static class ElementRules
{
    private static readonly (string Rule, string Operators)[] Table =
    [
        ("same", """
            Abs Acos Acosh Add Asin Asinh Atan Atanh AveragePool BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Ceil Celu Clip Concat
            Conv ConvTranspose Cos Cosh CumProd DepthToSpace Det Div Einsum Elu Erf Exp Flatten Floor Gelu Gemm GlobalAveragePool
            GlobalLpPool GlobalMaxPool GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization LRN LeakyRelu Log
            LogSoftmax LpNormalization LpPool MatMul Max Mean MeanVarianceNormalization Min Mish Mod Mul Neg PRelu RMSNormalization Range
            Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign SpaceToDepth Sqrt Sub Sum Swish Tan Tanh
            ThresholdedRelu Transpose ai.onnx.ml:Binarizer ai.onnx.ml:Imputer
            """),
        ("i0=o0", """
            Attention BatchNormalization CenterCropPad Col2Im Compress CumSum DeformConv Dropout Expand Gather GatherElements GatherND
            GridSample LayerNormalization MaxRoiPool MaxUnpool NegativeLogLikelihoodLoss Pad Pow ReduceL1 ReduceL2 ReduceLogSum
            ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape Resize ReverseSequence RoiAlign
            RotaryEmbedding Scatter ScatterElements ScatterND SimplifiedLayerNormalization Slice SoftmaxCrossEntropyLoss Squeeze
            TensorScatter Tile Trilu Unsqueeze Upsample ai.onnx.ml:ArrayFeatureExtractor
            """),
        ("i0=o*", "Split"),
        ("i0=o0 o1:l", "MaxPool TopK"),
        ("i0=o0 o1:l o2:l o3:l", "Unique"),
        ("i1=i2=o0", "Where"),
        ("i1=o0", "CastLike"),
        ("i2=o0", "OneHot"),
        ("i0=i1=i2=o*", "GRU LSTM RNN"),
        ("o0:l", "ArgMax ArgMin NonMaxSuppression NonZero Shape Size"),
        ("o0:i", "ConvInteger MatMulInteger"),
        ("o*:o", """
            And DequantizeLinear DynamicQuantizeLinear Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or QLinearConv
            QLinearMatMul QuantizeLinear RandomNormal RandomNormalLike RandomUniform RandomUniformLike RegexFullMatch StringConcat
            StringNormalizer TfIdfVectorizer Xor
            ai.onnx.ml:FeatureVectorizer ai.onnx.ml:LinearRegressor ai.onnx.ml:Normalizer ai.onnx.ml:OneHotEncoder ai.onnx.ml:SVMRegressor
            ai.onnx.ml:Scaler ai.onnx.ml:TreeEnsemble ai.onnx.ml:TreeEnsembleRegressor
            com.microsoft:Attention com.microsoft:BiasGelu com.microsoft:BiasSoftmax com.microsoft:BiasSplitGelu
            com.microsoft:DequantizeLinear com.microsoft:DynamicQuantizeMatMul com.microsoft:FastGelu com.microsoft:FusedConv
            com.microsoft:FusedGemm com.microsoft:FusedMatMul com.microsoft:Gelu com.microsoft:GroupNorm com.microsoft:GroupQueryAttention
            com.microsoft:MatMulIntegerToFloat com.microsoft:MatMulNBits com.microsoft:MultiHeadAttention com.microsoft:QAttention
            com.microsoft:QLinearAdd com.microsoft:QLinearMul com.microsoft:QuantizeLinear com.microsoft:QuickGelu
            com.microsoft:RotaryEmbedding com.microsoft:SkipLayerNormalization com.microsoft:SkipSimplifiedLayerNormalization
            """),
        ("o1:o", "ai.onnx.ml:LinearClassifier ai.onnx.ml:SVMClassifier ai.onnx.ml:TreeEnsembleClassifier"),
        ("o0:o", "com.microsoft:EmbedLayerNormalization"),
    ];

    private static readonly Dictionary<string, string> Rules = Table
        .SelectMany(static row => row.Operators
            .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(name => (Name: name, row.Rule)))
        .ToDictionary(static row => row.Name, static row => row.Rule, StringComparer.Ordinal);

    /// <summary>Joins a call's inputs and outputs, and declares what is known about its outputs.</summary>
    internal static void Apply(NodeCall call)
    {
        if (call.Domain.Length == 0)
            ApplyAttributes(call);
        var name = call.Domain.Length == 0 ? call.Operation : $"{call.Domain}:{call.Operation}";
        foreach (var part in (Rules.GetValueOrDefault(name) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Apply(call, part);
    }

    private static void ApplyAttributes(NodeCall call)
    {
        switch (call.Operation)
        {
            case "Cast" or "Constant":
                call.Output(0)?.Declare(call.Kind);
                break;
            case "ConstantOfShape":
                // Without an attribute, it is a floating-point zero.
                call.Output(0)?.Declare(call.Kind == ElementKinds.None ? ElementKinds.Other : call.Kind);
                break;
            case "EyeLike" or "Bernoulli" or "Multinomial" when call.Kind != ElementKinds.None:
                call.Output(0)?.Declare(call.Kind);
                break;
            case "Multinomial":
                call.Output(0)?.Declare(ElementKinds.Int32);
                break;
            case "EyeLike" or "Bernoulli":
                Apply(call, "i0=o0");
                break;
            case "If":
                foreach (var branch in call.Bodies)
                    JoinAll(branch.Outputs, 0, call.Outputs, 0);
                break;
            case "Loop" when call.Bodies is [var body]:
                // Body: number of the turn, condition, carried values; condition, carried values, further outputs.
                JoinAll(body.Inputs, 2, call.Inputs, 2);
                JoinAll(body.Outputs, 1, call.Outputs, 0);
                JoinAll(body.Inputs, 2, body.Outputs, 1);
                break;
            case "Scan" when call.Bodies is [var body]:
                JoinAll(body.Inputs, 0, call.Inputs, 0);
                JoinAll(body.Outputs, 0, call.Outputs, 0);
                break;
        }
    }

    private static void Apply(NodeCall call, string part)
    {
        if (part.Split(':') is [var output, var kind])
        {
            var kinds = kind == "l" ? ElementKinds.Int64 : kind == "i" ? ElementKinds.Int32 : ElementKinds.Other;
            foreach (var value in Select(call, output))
                value.Declare(kinds);
            return;
        }

        GraphValue? first = null;
        foreach (var value in part == "same" ? Select(call, "i*", "o*") : Select(call, part.Split('=')))
        {
            if (first is null)
                first = value;
            else
                first.Join(value);
        }
    }

    private static IEnumerable<GraphValue> Select(NodeCall call, params string[] names) => names
        .SelectMany(name => (name[0] == 'i' ? call.Inputs : call.Outputs) is var all && name[1] == '*'
            ? all
            : all.Skip(name[1] - '0').Take(1))
        .OfType<GraphValue>();

    private static void JoinAll(List<GraphValue> one, int from, IReadOnlyList<GraphValue?> other, int otherFrom)
    {
        for (; from < one.Count && otherFrom < other.Count; from++, otherFrom++)
        {
            if (other[otherFrom] is { } same)
                one[from].Join(same);
        }
    }
}
