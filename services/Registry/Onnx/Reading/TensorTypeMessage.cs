using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>What a tensor is of: element type and shape.</summary>
internal sealed class TensorTypeMessage(OnnxContext context, OnnxMessage parent) : OnnxMessage(context, parent)
{
    /// <summary>The number of the element type; 0 when none is said.</summary>
    internal int ElementType { get; private set; }

    /// <summary>The shape; null when none is said.</summary>
    internal ShapeMessage? Shape { get; private set; }

    protected override string Label => "tensor";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number,  // elem_type
        2 => FieldKind.Message, // shape
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => Shape = new ShapeMessage(Context, this);

    internal override void Number(int field, long value) => ElementType = (int)value;

    internal override void End()
    {
        // None is said of what the runtime infers.
        if (ElementType != 0 && !TensorRules.IsKnown(ElementType))
            Context.Add(FindingCode.ElementType, this, $"its elements are of the type {ElementType}, which ONNX does not have");
        else
            Shape?.Dimensions.IsCountable(Context, this, TensorRules.BitsOf(ElementType), freeDimensions: true);
    }
}
