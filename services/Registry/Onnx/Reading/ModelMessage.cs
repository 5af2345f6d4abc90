using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The outermost message, which is the whole file.</summary>
internal sealed class ModelMessage(OnnxContext context) : OnnxMessage(context, null)
{
    private long irVersion;
    private int operatorSets;
    private int functions;
    private int trainings;
    private int metadata;

    /// <summary>The main graph; null if none was read.</summary>
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

    internal override OnnxMessage BeginMessage(int field) => field switch
    {
        7 => Graph = new GraphMessage(Context, this, "graph", isMain: true),
        8 => new OperatorSetMessage(Context, this, CountEntry(ref operatorSets, "operator sets")),
        14 => new MetadataMessage(Context, this, CountEntry(ref metadata, "metadata entries")),
        20 => new TrainingMessage(Context, this, CountEntry(ref trainings, "training_info")),
        _ => new FunctionMessage(Context, this, CountEntry(ref functions, "functions")),
    };

    internal override void OnNumber(int field, long value)
    {
        if (field == 1)
            irVersion = value;
    }

    internal override void OnData(int field, long length) => RequireText(length, field == 6 ? "the description" : "a name");

    internal override void OnEnd()
    {
        // Almost any bytes are a valid message of some kind, but every model has these three.
        if (irVersion <= 0 || Graph is null || operatorSets == 0)
            Context.Add(FindingCode.NoModel, this, "it is not an ONNX model: it lacks an IR version, a graph or an operator set");
        Context.Calls.Check(Context);
        Context.Divisions.Check(Context);
    }
}
