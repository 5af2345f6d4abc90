using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A tensor. Its data are counted and skipped.</summary>
internal sealed class TensorMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    private readonly TensorShape shape = new();
    private readonly long[] counts = new long[12];
    private string name = "";
    private int type;
    private bool isExternal;
    private bool isSegment;
    private string? location;
    private int external;

    internal TensorShape Shape => shape;

    /// <summary>The element type's number.</summary>
    internal int Type => type;

    /// <summary>Whether the data are outside the file, so that nothing is known about them.</summary>
    internal bool IsExternal => isExternal || external > 0;

    protected override string Label => LabelOf(kind, index, name);

    internal override FieldKind KindOf(int field) => field switch
    {
        1 => FieldKind.Numbers,                      // dims
        2 or 14 => FieldKind.Number,                 // data_type, data_location
        3 => FieldKind.Data,                         // segment
        4 => FieldKind.Fixed32,                      // float_data
        5 or 7 or 11 => FieldKind.CountedNumbers,    // int32_data, int64_data, uint64_data
        6 => FieldKind.DataList,                     // string_data
        8 => FieldKind.Name,                         // name
        9 or 12 => FieldKind.Data,                   // raw_data, doc_string
        10 => FieldKind.Fixed64,                     // double_data
        13 => FieldKind.Messages,                    // external_data
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field)
    {
        CountEntry(ref external, "entries of external data");
        return new ExternalDataMessage(Context, this);
    }

    internal override void OnNumber(int field, long value)
    {
        // Enumerations have 32 bits, and readers drop the higher ones.
        if (field == 1)
            shape.Add(value, Context.Limits.Rank);
        else if (field == 2)
            type = (int)value;
        else
            isExternal |= (int)value != (int)TensorProto.Types.DataLocation.Default;
    }

    internal override void OnName(int field, string text) => name = text;

    internal override void OnData(int field, long length)
    {
        switch (field)
        {
            case 3:
                isSegment = true;
                break;
            case 6:
                counts[field]++;
                break;
            case 9:
                counts[field] = length;
                break;
            default:
                RequireText(length, "the description");
                break;
        }
    }

    internal override void OnCount(int field, long more) => counts[field] += more;

    internal override void OnEnd()
    {
        if (Parent is GraphMessage graph)
            graph.AddInitializerName(name, this);
        if (IsExternal)
        {
            var where = location is null ? "outside the file" : $"in '{Printable(location)}'";
            Context.Add(FindingCode.ExternalData, this, $"its data are {where}; export the model as one file");
            return;
        }

        if (!TensorRules.IsKnown(type))
            Context.Add(FindingCode.ElementType, this, $"its element type is {type}, which ONNX does not have");
        else if (shape.TryCountElements(Context, this, TensorRules.BitsOf(type)) &&
                 TensorRules.FindDataFault(type, shape.Elements, counts, isSegment) is { } fault)
            Context.Add(FindingCode.ShapeData, this, $"its shape is {shape}, but {fault}");
    }

    /// <summary>Records the location of the data, from an entry of <c>external_data</c>.</summary>
    internal void SetLocation(string value) => location = value;
}
