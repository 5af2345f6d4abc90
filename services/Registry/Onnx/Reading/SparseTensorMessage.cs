using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A sparse tensor, which the runtime expands when it loads the model.</summary>
internal sealed class SparseTensorMessage(OnnxContext context, OnnxMessage parent, string kind, int index) : OnnxMessage(context, parent)
{
    private readonly TensorShape shape = new();
    private TensorMessage? values;
    private TensorMessage? indices;

    internal ElementKinds Kinds => values is null ? ElementKinds.Unknown : TensorRules.KindOf(values.Type);

    protected override string Label => LabelOf(kind, index, "");

    internal override FieldKind KindOf(int field) => field switch
    {
        1 or 2 => FieldKind.Message, // values, indices
        3 => FieldKind.Numbers,      // dims
        _ => FieldKind.Unknown,
    };

    internal override OnnxMessage BeginMessage(int field) => field == 1
        ? values = new TensorMessage(Context, this, "values", -1)
        : indices = new TensorMessage(Context, this, "indices", -1);

    internal override void OnNumber(int field, long value) => shape.Add(value, Context.Limits.Rank);

    internal override void OnEnd()
    {
        if (Parent is GraphMessage graph && values is not null)
            graph.Define(values);
        if (values is null || indices is null)
            Context.Add(FindingCode.ShapeData, this, "it lacks values or indices");
        else if (!values.IsExternal && !indices.IsExternal && TensorRules.IsKnown(values.Type) &&
                 shape.TryCountElements(Context, this, TensorRules.BitsOf(values.Type)))
            Check(values, indices);
    }

    private void Check(TensorMessage values, TensorMessage indices)
    {
        var rows = values.Shape.Dimensions;
        var positions = indices.Shape.Dimensions;
        if (rows.Count != 1 || indices.Type != (int)TensorProto.Types.DataType.Int64 ||
            positions.Count is not (1 or 2) || positions[0] != rows[0] ||
            (positions.Count == 2 && positions[1] != shape.Dimensions.Count))
        {
            Context.Add(
                FindingCode.ShapeData,
                this,
                $"the shape of the tensor is {shape}, of its values {values.Shape}, of its indices {indices.Shape}; " +
                "n values need n indices of type INT64, or n rows with one index for each dimension");
            return;
        }

        var before = Context.DenseBytes;
        // Neither step can overflow: a counted shape has at most 2^63 bits.
        var bytes = (shape.Elements * TensorRules.BitsOf(values.Type) / 8) + 1;
        Context.DenseBytes = bytes > long.MaxValue - before ? long.MaxValue : before + bytes;
        if (before <= Context.Limits.DenseBytes && Context.DenseBytes > Context.Limits.DenseBytes)
        {
            Context.Add(
                FindingCode.SparseExpansion,
                this,
                $"expanded, the sparse tensors up to here have more than {Context.Limits.DenseBytes} bytes; " +
                $"the shape of this one is {shape}");
        }

    }
}
