namespace ModelServing.Registry.Onnx.Reading;

/// <summary>How a model may be trained further. Nothing here runs it, and what it holds is held against the same rules.</summary>
internal sealed class TrainingMessage(OnnxContext context, OnnxMessage parent, int index) : OnnxMessage(context, parent)
{
    protected override string Label => LabelOf("training_info", index, "");

    internal override FieldKind KindOf(int field) => field is 1 or 2 ? FieldKind.Message : FieldKind.Unknown;

    internal override OnnxMessage Begin(int field) => new GraphMessage(Context, this, field == 1 ? "initialization" : "algorithm");
}
