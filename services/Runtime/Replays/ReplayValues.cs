using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Registry;

namespace ModelServing.Runtime.Replays;

/// <summary>Turns recorded tensors into the runtime's, and back.</summary>
internal static class ReplayValues
{
    /// <exception cref="InvalidDataException">The data do not fit the type or the shape.</exception>
    internal static OrtValue Create(TensorInfo input, ReplayTensor tensor)
    {
        if (tensor.Datatype != DatatypeNames.NameOf(input.Datatype))
        {
            throw new InvalidDataException(
                $"input {input.Name} is {tensor.Datatype}, not {DatatypeNames.NameOf(input.Datatype)}");
        }

        return input.Datatype switch
        {
            Datatype.Bool => Create<bool>(tensor),
            Datatype.Int8 => Create<sbyte>(tensor),
            Datatype.Int16 => Create<short>(tensor),
            Datatype.Int32 => Create<int>(tensor),
            Datatype.Int64 => Create<long>(tensor),
            Datatype.Uint8 => Create<byte>(tensor),
            Datatype.Uint16 => Create<ushort>(tensor),
            Datatype.Uint32 => Create<uint>(tensor),
            Datatype.Uint64 => Create<ulong>(tensor),
            Datatype.Fp16 => Create<Float16>(tensor),
            Datatype.Fp32 => Create<float>(tensor),
            Datatype.Fp64 => Create<double>(tensor),
            _ => CreateText(tensor),
        };
    }

    /// <summary>The output as a record has it.</summary>
    /// <param name="left">How many bytes it may have.</param>
    /// <exception cref="InvalidDataException">It has more.</exception>
    internal static ReplayTensor Read(TensorInfo output, OrtValue value, int left)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        var data = output.Datatype switch
        {
            Datatype.Bytes => ReadText(value, left),
            Datatype.Bool => Read<bool>(value, left),
            Datatype.Int8 => Read<sbyte>(value, left),
            Datatype.Int16 => Read<short>(value, left),
            Datatype.Int32 => Read<int>(value, left),
            Datatype.Int64 => Read<long>(value, left),
            Datatype.Uint8 => Read<byte>(value, left),
            Datatype.Uint16 => Read<ushort>(value, left),
            Datatype.Uint32 => Read<uint>(value, left),
            Datatype.Uint64 => Read<ulong>(value, left),
            Datatype.Fp16 => Read<Float16>(value, left),
            Datatype.Fp32 => Read<float>(value, left),
            _ => Read<double>(value, left),
        };
        return new ReplayTensor(output.Name, DatatypeNames.NameOf(output.Datatype), shape, data);
    }

    private static unsafe OrtValue Create<T>(ReplayTensor tensor)
        where T : unmanaged
    {
        if (tensor.Data.Length != CountOf(tensor) * sizeof(T))
            throw Unfit(tensor);
        return OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray(), [.. tensor.Shape]);
    }

    private static OrtValue CreateText(ReplayTensor tensor)
    {
        var texts = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [.. tensor.Shape]);
        try
        {
            var data = tensor.Data.Span;
            for (var i = 0; i < CountOf(tensor); i++)
            {
                if (data.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(data) is var length
                    && (length < 0 || length > data.Length - sizeof(int)))
                    throw Unfit(tensor);
                texts.StringTensorSetElementAt(data.Slice(sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(data)), i);
                data = data[(sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(data))..];
            }

            return data.IsEmpty ? texts : throw Unfit(tensor);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    private static byte[] Read<T>(OrtValue value, int left)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(value.GetTensorDataAsSpan<T>());
        return bytes.Length <= left ? bytes.ToArray() : throw TooLarge();
    }

    private static byte[] ReadText(OrtValue value, int left)
    {
        using var data = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in value.GetStringTensorAsArray())
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (data.Length + sizeof(int) + bytes.Length > left)
                throw TooLarge();
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            data.Write(length);
            data.Write(bytes);
        }

        return data.ToArray();
    }

    private static long CountOf(ReplayTensor tensor)
    {
        var count = 1L;
        foreach (var length in tensor.Shape)
        {
            if (length < 0 || length > ReplayFrames.MostBytes || count > ReplayFrames.MostBytes)
                throw Unfit(tensor);
            count *= length;
        }

        return count;
    }

    private static InvalidDataException Unfit(ReplayTensor tensor) =>
        new($"the data of input {tensor.Name} do not fit {tensor.Datatype} [{string.Join(',', tensor.Shape)}]");

    private static InvalidDataException TooLarge() =>
        new($"the outputs have more than {ReplayFrames.MostBytes / (1024 * 1024)} MiB");
}
