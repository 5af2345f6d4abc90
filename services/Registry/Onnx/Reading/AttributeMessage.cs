using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>An attribute of a node, or the default of a function's attribute.</summary>
internal sealed class AttributeMessage(OnnxContext context, OnnxMessage parent, string kind) : OnnxMessage(context, parent)
{
    private string name = "";
    private TensorMessage? tensor;
    private SparseTensorMessage? sparseTensor;
    private GraphMessage? body;
    private long number;
    private NumberBounds numbers = NumberBounds.All;
    private bool isReference;
    private int tensors;
    private int graphs;
    private int sparse;
    private int types;

    protected override string Label => LabelOf(kind, -1, name);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Name,                      // name
        3 or 20 => FieldKind.Number,              // i, type
        4 or 13 or 21 => FieldKind.Data,          // s, doc_string, ref_attr_name
        5 or 6 or 14 or 22 => FieldKind.Message,  // t, g, tp, sparse_tensor
        7 => FieldKind.Fixed32,                   // floats
        8 => FieldKind.Numbers,                   // ints
        9 => FieldKind.DataList,                  // strings
        10 or 11 or 15 or 23 => FieldKind.Messages, // tensors, graphs, type_protos, sparse_tensors
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field) => field switch
    {
        5 => tensor = new TensorMessage(Context, this, "t", -1),
        6 => body = Graph("g", -1),
        10 => new TensorMessage(Context, this, "tensors", tensors++),
        11 => Graph("graphs", graphs++),
        14 => new TypeMessage(Context, this, "tp", -1),
        15 => new TypeMessage(Context, this, "type_protos", types++),
        22 => sparseTensor = new SparseTensorMessage(Context, this, "sparse_tensor", -1),
        _ => new SparseTensorMessage(Context, this, "sparse_tensors", sparse++),
    };

    internal override void OnName(int field, string text) => name = text;

    internal override void OnNumber(int field, long value)
    {
        if (field == 3)
            number = value;
        if (field == 8)
            numbers &= TensorRules.BoundsOf(value, isWide: true);
    }

    internal override void OnData(int field, long length)
    {
        isReference |= field == 21;
        // An attribute's string values are not limited: they may be whole vocabularies.
        if (field is 13 or 21)
            RequireText(length, field == 13 ? "the description" : "the name of a function's attribute");
    }

    internal override void OnEnd()
    {
        if (Parent is not NodeMessage node)
            return;
        if (body is not null)
            (node.Bodies ??= []).Add(body.Scope);
        if (name is not ("to" or "dtype" or "value" or "value_int" or "value_ints" or "value_float" or "value_floats" or "value_string"
            or "value_strings" or "sparse_value" or "fmod"))
            return;
        // The value of a function's attribute depends on the call.
        if (isReference)
            node.Add(name, ElementKinds.Unknown, NumberBounds.None, false);
        else if (name is "to" or "dtype")
            node.Add(name, TensorRules.KindOf((int)number), NumberBounds.None, false);
        else if (name == "value")
            node.Add(
                name, tensor is null ? ElementKinds.Unknown : TensorRules.KindOf(tensor.Type), tensor?.Bounds ?? NumberBounds.None, false);
        else if (name == "sparse_value")
            node.Add(name, sparseTensor is null ? ElementKinds.Unknown : sparseTensor.Kinds, NumberBounds.None, false);
        else if (name is "value_int" or "value_ints")
            node.Add(name, ElementKinds.Int64, name == "value_int" ? TensorRules.BoundsOf(number, isWide: true) : numbers, false);
        else
            node.Add(name, name == "fmod" ? ElementKinds.None : ElementKinds.Other, NumberBounds.None, name == "fmod" && number == 1);
    }

    private GraphMessage Graph(string label, int index)
    {
        var outer = Parent;
        while (outer is not null and not GraphMessage)
            outer = outer.Parent;
        var graph = new GraphMessage(Context, this, label, depth: ((outer as GraphMessage)?.Depth ?? 0) + 1, index: index);
        if (!graph.IsRead)
        {
            Context.Add(
                FindingCode.Nesting, graph, $"graphs are nested more than {Context.Limits.Subgraphs} deep; deeper ones were not read");
        }

        return graph;
    }
}
