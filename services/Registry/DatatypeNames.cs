namespace ModelServing.Registry;

/// <summary>The data types' names in the Open Inference Protocol.</summary>
public static class DatatypeNames
{
    private static readonly string[] Names =
        ["BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES", "BF16"];

    /// <summary>Returns the name of <paramref name="datatype"/>, such as <c>FP32</c>.</summary>
    public static string NameOf(Datatype datatype) => Names[(int)datatype];
}
