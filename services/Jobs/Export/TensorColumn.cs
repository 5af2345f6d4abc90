namespace ModelServing.Jobs.Export;

/// <summary>A column of the export that comes from tensors of one name and type, or from what is known of those without data.</summary>
internal sealed class TensorColumn
{
    /// <summary>The column while rows are staged.</summary>
    internal required string StagedName { get; init; }

    /// <summary>The name for readers, as in <c>input_amount</c>.</summary>
    internal required string Name { get; init; }

    /// <summary>The data type of the tensor, as in <c>FP32</c>; null for the column that says why there are no data.</summary>
    internal required string? Datatype { get; init; }

    /// <summary>The type of an element, as in <c>FLOAT</c>.</summary>
    internal required string SqlType { get; init; }

    /// <summary>The staged column of the shapes; null if there are no data.</summary>
    internal string? StagedShape { get; init; }

    /// <summary>Whether every tensor so far has one element. Then the column is not a list.</summary>
    internal bool IsScalar { get; private set; } = true;

    /// <summary>Takes note of a tensor of <paramref name="count"/> elements.</summary>
    internal void Saw(int count) => IsScalar &= count == 1;

    /// <summary>The type of a datatype's elements; null for one that this program does not know.</summary>
    internal static string? SqlTypeOf(string datatype) => datatype switch
    {
        "BOOL" => "BOOLEAN",
        "INT8" => "TINYINT",
        "INT16" => "SMALLINT",
        "INT32" => "INTEGER",
        "INT64" => "BIGINT",
        "UINT8" => "UTINYINT",
        "UINT16" => "USMALLINT",
        "UINT32" => "UINTEGER",
        "UINT64" => "UBIGINT",
        "FP16" or "BF16" or "FP32" => "FLOAT",
        "FP64" => "DOUBLE",
        "BYTES" => "VARCHAR",
        _ => null,
    };
}
