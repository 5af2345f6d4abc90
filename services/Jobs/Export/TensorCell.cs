using DuckDB.NET.Data;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Export;

/// <summary>A tensor of a row: its elements, or why they are not there.</summary>
internal readonly record struct TensorCell(Array? Elements, long[] Shape, string? Omitted)
{
    /// <summary>Why a tensor has no data, with the hash or the object that is there instead, as in <c>hashed 0a1b...</c>.</summary>
    internal static string WhyOmitted(RecordedTensor tensor)
    {
        var why = tensor.Omitted.Length > 0 ? tensor.Omitted : PredictionTensor.Unreadable;
        return tensor.Pointer.Length > 0 ? $"{why} {tensor.Pointer}"
            : tensor.Digest.Length > 0 ? $"{why} {Convert.ToHexStringLower(tensor.Digest.Span)}"
            : why;
    }

    internal static void AppendNull(IDuckDBAppenderRow row, TensorColumn column)
    {
        row.AppendNullValue();
        if (column.StagedShape is not null)
            row.AppendNullValue();
    }

    internal void AppendTo(IDuckDBAppenderRow row, TensorColumn column)
    {
        if (Elements is null)
        {
            row.AppendValue(Omitted);
            return;
        }

        // By the exact type: to the runtime, an array of sbyte is an array of byte too.
        switch (Type.GetTypeCode(Elements.GetType().GetElementType()))
        {
            case TypeCode.Boolean:
                row.AppendValue((bool[])Elements);
                break;
            case TypeCode.SByte:
                row.AppendValue((sbyte[])Elements);
                break;
            case TypeCode.Int16:
                row.AppendValue((short[])Elements);
                break;
            case TypeCode.Int32:
                row.AppendValue((int[])Elements);
                break;
            case TypeCode.Int64:
                row.AppendValue((long[])Elements);
                break;
            case TypeCode.Byte:
                // As bytes it would be a blob.
                row.AppendValue((IEnumerable<byte>)new List<byte>((byte[])Elements));
                break;
            case TypeCode.UInt16:
                row.AppendValue((ushort[])Elements);
                break;
            case TypeCode.UInt32:
                row.AppendValue((uint[])Elements);
                break;
            case TypeCode.UInt64:
                row.AppendValue((ulong[])Elements);
                break;
            case TypeCode.Single:
                row.AppendValue((float[])Elements);
                break;
            case TypeCode.Double:
                row.AppendValue((double[])Elements);
                break;
            default:
                // DuckDB.NET ends a text in a list at its first NUL.
                row.AppendValue(Array.ConvertAll((string[])Elements, static text => text.Replace('\0', '\ufffd')));
                break;
        }

        row.AppendValue(Shape);
    }
}
