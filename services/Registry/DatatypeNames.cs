namespace ModelServing.Registry;

/// <summary>The protocol's names of the data types.</summary>
public static class DatatypeNames
{
    private static readonly string[] Names =
        ["BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES"];

    /// <summary>The name of <paramref name="datatype"/>, as <c>FP32</c>.</summary>
    public static string NameOf(Datatype datatype) => Names[(int)datatype];
}
