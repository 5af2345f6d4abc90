namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The graphs for training a model further. The platform never runs them, but the same rules apply to them.</summary>
internal sealed class TrainingMessage(OnnxContext context, OnnxMessage parent, int index) : OnnxMessage(context, parent)
{
    protected override string Label => LabelOf("training_info", index, "");

    internal override FieldKind KindOf(int field) => field is 1 or 2 ? FieldKind.Message : FieldKind.Unknown;

    internal override OnnxMessage BeginMessage(int field) => new GraphMessage(Context, this, field == 1 ? "initialization" : "algorithm");
}
