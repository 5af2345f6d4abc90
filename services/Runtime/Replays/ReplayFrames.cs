namespace ModelServing.Runtime.Replays;

/// <summary>The form of requests and answers on the pipes of a replay's process. A reader trusts no length.</summary>
internal static class ReplayFrames
{
    /// <summary>The most bytes of a tensor, and of all outputs of a call.</summary>
    internal const int MostBytes = 64 * 1024 * 1024;

    // What a library prints on the pipe is not taken for a frame.
    private const int Mark = 0x59_4C_50_52;

    private const int MostTensors = 4096;
    private const int MostDimensions = 32;
    private const int MostText = 4096;

    internal static void Write(BinaryWriter writer, IReadOnlyList<ReplayTensor> tensors)
    {
        writer.Write(Mark);
        writer.Write(tensors.Count);
        foreach (var tensor in tensors)
        {
            writer.Write(tensor.Name);
            writer.Write(tensor.Datatype);
            writer.Write(tensor.Shape.Count);
            foreach (var length in tensor.Shape)
                writer.Write(length);
            writer.Write(tensor.Data.Length);
            writer.Write(tensor.Data.Span);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are not tensors.</exception>
    /// <exception cref="EndOfStreamException">The pipe has ended.</exception>
    internal static List<ReplayTensor> ReadTensors(BinaryReader reader)
    {
        if (reader.ReadInt32() != Mark)
            throw new InvalidDataException("something else than tensors came through the pipe");
        var tensors = new List<ReplayTensor>();
        var left = MostBytes;
        for (var count = Within(reader.ReadInt32(), MostTensors); count > 0; count--)
        {
            var (name, datatype) = (reader.ReadString(), reader.ReadString());
            var shape = new long[Within(reader.ReadInt32(), MostDimensions)];
            for (var i = 0; i < shape.Length; i++)
                shape[i] = reader.ReadInt64();
            var length = Within(reader.ReadInt32(), left);
            left -= length;
            var data = reader.ReadBytes(length);
            if (data.Length < length)
                throw new EndOfStreamException();
            tensors.Add(new ReplayTensor(name, datatype, shape, data));
        }

        return tensors;
    }

    internal static void Write(BinaryWriter writer, ReplayAnswer answer)
    {
        writer.Write(answer.Microseconds);
        writer.Write(answer.Failure is not null);
        if (answer.Failure is { } why)
            writer.Write(why.Length > MostText ? why[..MostText] : why);
        else
            Write(writer, answer.Outputs);
        writer.Flush();
    }

    /// <inheritdoc cref="ReadTensors"/>
    internal static ReplayAnswer ReadAnswer(BinaryReader reader)
    {
        var microseconds = reader.ReadInt64();
        return reader.ReadBoolean()
            ? ReplayAnswer.Failed(reader.ReadString(), microseconds)
            : new ReplayAnswer(ReadTensors(reader), microseconds, null);
    }

    private static int Within(int number, int most) => number >= 0 && number <= most
        ? number
        : throw new InvalidDataException($"a length of {number} is not between 0 and {most}");
}
