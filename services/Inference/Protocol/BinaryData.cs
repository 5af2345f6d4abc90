using ModelServing.Contracts;

namespace ModelServing.Inference.Protocol;

/// <summary>The bytes behind the JSON of a request: the binary data of its inputs, one after the other in the order of the JSON.</summary>
/// <param name="all">All of them.</param>
internal ref struct BinaryData(ReadOnlySpan<byte> all)
{
    private ReadOnlySpan<byte> rest = all;

    /// <summary>Takes the bytes of the next input.</summary>
    /// <param name="size">The number of bytes.</param>
    /// <param name="field">The field with the number, for a message.</param>
    internal ReadOnlySpan<byte> Take(long size, in Field field)
    {
        if (size > rest.Length)
            throw field.Fault($"it is {size}, but {rest.Length} bytes are left behind the JSON and the data of other inputs");
        var taken = rest[..(int)size];
        rest = rest[(int)size..];
        return taken;
    }

    /// <summary>Refuses bytes that belong to no input.</summary>
    internal readonly void RequireEnd()
    {
        if (!rest.IsEmpty)
        {
            throw new RequestFaultException(
                HeaderNames.JsonLength,
                $"{rest.Length} bytes at the end of the body belong to no input; see the inputs' 'binary_data_size'");
        }
    }
}
