namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The version of a domain's operators. A model may import any domain, because exporters import more than they use.</summary>
internal sealed class OperatorSetMessage(OnnxContext context, OnnxMessage parent, int index) : OnnxMessage(context, parent)
{
    protected override string Label => LabelOf("opset_import", index, "");

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Name,   // domain
        2 => FieldKind.Number, // version
        _ => FieldKind.Unknown,
    };
}
