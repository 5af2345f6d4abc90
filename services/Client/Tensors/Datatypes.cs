namespace ModelServing.OpenInference.Tensors;

/// <summary>What the protocol says about the data types.</summary>
public static class Datatypes
{
    private static readonly string[] Names =
        ["BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES", "BF16"];

    // In the order of the enumeration.
    private static readonly Type?[] Types =
    [
        typeof(bool), typeof(sbyte), typeof(short), typeof(int), typeof(long), typeof(byte), typeof(ushort), typeof(uint), typeof(ulong),
        typeof(Half), typeof(float), typeof(double), null, typeof(BFloat16),
    ];

    /// <summary>Returns the protocol's name, such as <c>FP32</c>.</summary>
    public static string NameOf(Datatype datatype) => Names[(int)datatype];

    /// <summary>Finds a data type by the protocol's name.</summary>
    public static bool TryParse(string? name, out Datatype datatype)
    {
        var index = Array.IndexOf(Names, name);
        datatype = (Datatype)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>Returns the bytes of an element; 0 for BYTES, whose elements have lengths of their own.</summary>
    public static int SizeOf(Datatype datatype) => datatype switch
    {
        Datatype.Bytes => 0,
        Datatype.Bool or Datatype.Int8 or Datatype.Uint8 => 1,
        Datatype.Int16 or Datatype.Uint16 or Datatype.Fp16 or Datatype.Bf16 => 2,
        Datatype.Int32 or Datatype.Uint32 or Datatype.Fp32 => 4,
        _ => 8,
    };

    /// <summary>Returns the data type whose elements are of the type <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">There is no such data type.</exception>
    internal static Datatype OfElements<T>()
    {
        var index = Array.IndexOf(Types, typeof(T));
        return index >= 0
            ? (Datatype)index
            : throw new NotSupportedException($"{typeof(T)} is not the type of a tensor's elements");
    }
}
