using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A sparse tensor, which the runtime writes out in full when it loads the model.</summary>
internal sealed class SparseTensorMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    private readonly TensorShape shape = new();
    private TensorMessage? values;
    private TensorMessage? indices;

    protected override string Label => LabelOf(kind, index, "");

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 2 => FieldKind.Message, // values, indices
        3 => FieldKind.Numbers,      // dims
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage Begin(int field) => field == 1
        ? values = new TensorMessage(Context, this, "values", -1)
        : indices = new TensorMessage(Context, this, "indices", -1);

    internal override void Number(int field, long value) => shape.Add(value, Context.Limits.Rank);

    internal override void End()
    {
        if (values is null || indices is null)
            Context.Add(FindingCode.ShapeData, this, "it has no values or no indices");
        else if (!values.IsExternal && !indices.IsExternal && TensorRules.IsKnown(values.Type) && shape.IsCountable(Context, this, TensorRules.BitsOf(values.Type)))
            Check(values, indices);
    }

    private void Check(TensorMessage values, TensorMessage indices)
    {
        var rows = values.Shape.Dimensions;
        var places = indices.Shape.Dimensions;
        if (rows.Count != 1 || indices.Type != (int)TensorProto.Types.DataType.Int64 || places.Count is not (1 or 2) || places[0] != rows[0] ||
            (places.Count == 2 && places[1] != shape.Dimensions.Count))
        {
            Context.Add(
                FindingCode.ShapeData, this, $"its shape is {shape}, its values' {values.Shape}, its indices' {indices.Shape}; for n values it has to have n indices of INT64, or n rows of one for each dimension");
            return;
        }

        var before = Context.DenseBytes;
        // Neither can overflow: a shape that was counted has at most 2^63 bits.
        var bytes = (shape.Elements * TensorRules.BitsOf(values.Type) / 8) + 1;
        Context.DenseBytes = bytes > long.MaxValue - before ? long.MaxValue : before + bytes;
        if (before <= Context.Limits.DenseBytes && Context.DenseBytes > Context.Limits.DenseBytes)
            Context.Add(FindingCode.SparseExpansion, this, $"written out, the sparse tensors up to here have more than {Context.Limits.DenseBytes} bytes; its own shape is {shape}");
    }
}
