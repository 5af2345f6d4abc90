using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The type of a tensor: element type and shape.</summary>
internal sealed class TensorTypeMessage(OnnxContext context, OnnxMessage parent) : OnnxMessage(context, parent)
{
    /// <summary>The element type's number; 0 if it is not given.</summary>
    internal int ElementType { get; private set; }

    /// <summary>The shape; null if it is not given.</summary>
    internal ShapeMessage? Shape { get; private set; }

    protected override string Label => "tensor";

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Number,  // elem_type
        2 => FieldKind.Message, // shape
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field) => Shape = new ShapeMessage(Context, this);

    internal override void OnNumber(int field, long value) => ElementType = (int)value;

    internal override void OnEnd()
    {
        // Exporters omit the element type where the runtime infers it.
        if (ElementType != 0 && !TensorRules.IsKnown(ElementType))
            Context.Add(FindingCode.ElementType, this, $"its element type is {ElementType}, which ONNX does not have");
        else
            Shape?.Dimensions.TryCountElements(Context, this, TensorRules.BitsOf(ElementType), freeDimensions: true);
    }
}
