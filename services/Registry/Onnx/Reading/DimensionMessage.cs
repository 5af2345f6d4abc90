using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>One dimension: a length, or a name for one of any length.</summary>
internal sealed class DimensionMessage(OnnxContext context, ShapeMessage shape) : OnnxMessage(context, shape)
{
    private long length = -1;
    private bool isGiven;

    protected override string Label => "dim";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number, // dim_value
        2 => FieldKind.Name,   // dim_param
        _ => FieldKind.Unknown,
    };

    internal override void Number(int field, long value) => Give(value);

    internal override void Name(int field, string text) => Give(-1);

    internal override void End() => shape.Add(length);

    private void Give(long value)
    {
        if (isGiven)
            Context.Add(FindingCode.DuplicateField, this, "it has a length and a name");
        (length, isGiven) = (value, true);
    }
}
