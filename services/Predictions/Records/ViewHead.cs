using System.Text;

namespace ModelServing.Predictions.Records;

/// <summary>What is the same in every record about one feature view.</summary>
public sealed class ViewHead
{
    /// <param name="view">The view's name.</param>
    /// <param name="version">The view's version.</param>
    /// <param name="digest">The digest of its definition.</param>
    public ViewHead(string view, int version, string digest)
    {
        var writer = new ProtobufBuffer(256);
        writer.Text(0x0A, Encoding.UTF8.GetBytes(view));
        writer.Number(0x10, version);
        writer.Text(0x1A, Encoding.UTF8.GetBytes(digest));
        Bytes = writer.Written.ToArray();
    }

    /// <summary>The first three fields of a <see cref="RecordedView"/>.</summary>
    internal byte[] Bytes { get; }
}
