using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The whole file.</summary>
internal sealed class ModelMessage(OnnxContext context) : OnnxMessage(context, null)
{
    private long irVersion;
    private int operatorSets;
    private int functions;
    private int trainings;
    private int metadata;

    /// <summary>The graph that is run; null while none was read.</summary>
    internal GraphMessage? Graph { get; private set; }

    protected override string Label => RegistryLayout.ModelFile;

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 5 => FieldKind.Number,         // ir_version, model_version
        2 or 3 or 4 or 6 => FieldKind.Data, // producer_name, producer_version, domain, doc_string
        7 => FieldKind.Message,             // graph
        8 or 14 or 20 or 25 => FieldKind.Messages, // opset_import, metadata_props, training_info, functions
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => field switch
    {
        7 => Graph = new GraphMessage(Context, this, "graph", isMain: true),
        8 => new OperatorSetMessage(Context, this, Entry(ref operatorSets, "operator sets")),
        14 => new MetadataMessage(Context, this, Entry(ref metadata, "metadata entries")),
        20 => new TrainingMessage(Context, this, Entry(ref trainings, "training_info")),
        _ => new FunctionMessage(Context, this, Entry(ref functions, "functions")),
    };

    internal override void Number(int field, long value)
    {
        if (field == 1)
            irVersion = value;
    }

    internal override void Data(int field, long length) => RequireText(length, field == 6 ? "the description" : "a name");

    internal override void End()
    {
        // Almost any bytes are some message; these three stand in every model.
        if (irVersion <= 0 || Graph is null || operatorSets == 0)
            Context.Add(FindingCode.NoModel, this, "it is no ONNX model: it has no IR version, no graph or no operator set");
        Context.Calls.Check(Context);
    }
}
