namespace ModelServing.Registry.Onnx.Reading;

/// <summary>Decodes a variable-length number whose bytes may arrive in several chunks.</summary>
internal struct VarintDecoder
{
    private ulong partial;
    private int shift;

    /// <summary>The position of the current number's first byte.</summary>
    internal long Start { get; private set; }

    /// <summary>Reads on. After <see cref="VarintStatus.Complete"/>, the next call begins the next number.</summary>
    /// <param name="bytes">The bytes that have arrived.</param>
    /// <param name="at">The position of the first of them.</param>
    /// <param name="end">The position at which the number must have ended.</param>
    /// <param name="taken">The number of bytes that were read.</param>
    /// <param name="value">The number, if it is complete.</param>
    internal VarintStatus Read(ReadOnlySpan<byte> bytes, long at, long end, out int taken, out ulong value)
    {
        taken = 0;
        value = 0;
        if (shift == 0)
            Start = at;
        while (taken < bytes.Length)
        {
            if (at + taken >= end)
                return VarintStatus.PastEnd;
            var next = bytes[taken++];
            if (shift == 63 && next > 1)
                return VarintStatus.TooLarge;
            partial |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                value = partial;
                partial = 0;
                shift = 0;
                return VarintStatus.Complete;
            }

            shift += 7;
        }

        return VarintStatus.Incomplete;
    }
}
