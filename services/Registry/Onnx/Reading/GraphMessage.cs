using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A graph: the model's main graph, a node's body, or a training graph.</summary>
internal sealed class GraphMessage(
    OnnxContext context, OnnxMessage parent, string label, bool isMain = false, int depth = 0, int index = -1)
    : OnnxMessage(context, parent)
{
    private readonly ValueScope scope = context.Divisions.Begin(OuterScope(parent));
    private readonly List<ValueMessage> inputs = [];
    private readonly List<ValueMessage> outputs = [];
    private readonly HashSet<string> initializers = new(StringComparer.Ordinal);
    private int nodes;
    private int tensors;
    private int sparse;
    private int values;
    private int inputCount;
    private int outputCount;

    /// <summary>The inputs; kept for the main graph only.</summary>
    internal IReadOnlyList<ValueMessage> Inputs => inputs;

    /// <summary>The outputs; kept for the main graph only.</summary>
    internal IReadOnlyList<ValueMessage> Outputs => outputs;

    internal ValueScope Scope => scope;

    /// <summary>The number of graphs around this one.</summary>
    internal int Depth => depth;

    internal override bool IsRead => depth <= Context.Limits.Subgraphs;

    protected override string Label => LabelOf(label, index, "");

    /// <summary>Whether an initializer has this name.</summary>
    internal bool IsInitializer(string name) => initializers.Contains(name);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 5 or 11 or 12 or 13 or 15 => FieldKind.Messages, // node, initializer, input, output, value_info, sparse_initializer
        2 or 10 => FieldKind.Data,                            // name, doc_string
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field)
    {
        switch (field)
        {
            case 1:
                return new NodeMessage(Context, this, nodes++);
            case 5:
                CountInitializer();
                return new TensorMessage(Context, this, "initializer", tensors++);
            case 11:
                return Keep(inputs, new ValueMessage(Context, this, "input", CountEntry(ref inputCount, "inputs")));
            case 12:
                return Keep(outputs, new ValueMessage(Context, this, "output", CountEntry(ref outputCount, "outputs")));
            case 13:
                return new ValueMessage(Context, this, "value_info", values++);
            default:
                CountInitializer();
                return new SparseTensorMessage(Context, this, "sparse_initializer", sparse++);
        }
    }

    internal override void OnData(int field, long length) => RequireText(length, field == 2 ? "the name" : "the description");

    /// <summary>Records the type and the elements of an initializer.</summary>
    internal void Define(TensorMessage tensor)
    {
        if (Context.ValueOf(scope, tensor.Name, tensor) is not { } value)
            return;
        value.Declare(TensorRules.KindOf(tensor.Type));
        value.SetConstant(tensor.Parent == this ? tensor.Bounds : NumberBounds.None);
    }

    /// <summary>Remembers the name of an initializer. Before IR version 4, each initializer is also listed as an input, which the caller
    /// may omit.</summary>
    internal void AddInitializerName(string name, OnnxMessage at)
    {
        if (isMain && !initializers.Contains(name) && Context.TryRemember(name, at))
            initializers.Add(name);
    }

    private static ValueScope? OuterScope(OnnxMessage? at)
    {
        while (at is not null and not GraphMessage and not FunctionMessage)
            at = at.Parent;
        return at is GraphMessage graph ? graph.Scope : (at as FunctionMessage)?.Scope;
    }

    private void CountInitializer()
    {
        if (Context.Initializers++ == Context.Limits.Initializers)
            Context.Add(FindingCode.LimitInitializers, this, $"the model has more than {Context.Limits.Initializers} initializers");
    }

    private ValueMessage Keep(List<ValueMessage> list, ValueMessage value)
    {
        if (isMain && list.Count < Context.Limits.Entries)
            list.Add(value);
        return value;
    }
}
