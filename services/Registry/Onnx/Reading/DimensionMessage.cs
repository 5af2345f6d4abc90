using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>One dimension: a length, or a name for a dimension of any length.</summary>
internal sealed class DimensionMessage(OnnxContext context, ShapeMessage shape) : OnnxMessage(context, shape)
{
    private long length = -1;
    private bool isSet;

    protected override string Label => "dim";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number, // dim_value
        2 => FieldKind.Name,   // dim_param
        _ => FieldKind.Unknown,
    };

    internal override void OnNumber(int field, long value) => Set(value);

    internal override void OnName(int field, string text) => Set(-1);

    internal override void OnEnd() => shape.Add(length);

    private void Set(long value)
    {
        if (isSet)
            Context.Add(FindingCode.DuplicateField, this, "it has both a length and a name");
        length = value;
        isSet = true;
    }
}
