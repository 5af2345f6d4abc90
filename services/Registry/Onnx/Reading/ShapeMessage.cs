namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The shape of a value.</summary>
internal sealed class ShapeMessage(OnnxContext context, OnnxMessage parent) : OnnxMessage(context, parent)
{
    /// <summary>The dimensions; -1 is a dimension of any length.</summary>
    internal TensorShape Dimensions { get; } = new();

    protected override string Label => "shape";

    internal override FieldKind KindOf(int field) => field == 1 ? FieldKind.Messages : FieldKind.Unknown;

    internal override OnnxMessage BeginMessage(int field) => new DimensionMessage(Context, this);

    internal void Add(long dimension) => Dimensions.Add(dimension, Context.Limits.Rank);
}
