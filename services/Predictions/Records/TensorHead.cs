using System.Text;

namespace ModelServing.Predictions.Records;

/// <summary>What is the same in every record of one input or output: its name, its data type, and what becomes of its data.</summary>
public sealed class TensorHead
{
    private const byte NameTag = 0x0A;
    private const byte DatatypeTag = 0x12;

    /// <param name="name">The input's or output's name.</param>
    /// <param name="datatype">The protocol's name of its data type.</param>
    /// <param name="fate">What becomes of its data.</param>
    public TensorHead(string name, string datatype, TensorFate fate = TensorFate.Kept)
    {
        Name = name;
        Fate = fate;
        var writer = new ProtobufBuffer(256);
        writer.Text(NameTag, Encoding.UTF8.GetBytes(name));
        writer.Text(DatatypeTag, Encoding.UTF8.GetBytes(datatype));
        Bytes = writer.Written.ToArray();
    }

    public string Name { get; }

    public TensorFate Fate { get; }

    /// <summary>The first two fields of a <see cref="RecordedTensor"/>.</summary>
    internal byte[] Bytes { get; }
}
