using ModelServing.Registry.Onnx.Reading;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>
/// Inspects an ONNX file without running it, and finds everything that is wrong with it. The bytes come in chunks of any size and are not
/// kept, so a file of any size is read in little memory.
/// </summary>
public sealed class OnnxInspection
{
    private const int IdentifierEnd = 8;

    private readonly OnnxContext context;
    private readonly ModelMessage model;
    private readonly ProtobufReader reader;
    private readonly byte[] head = new byte[IdentifierEnd];
    private readonly long length;
    private long read;

    /// <summary>Begins the inspection of a file.</summary>
    /// <param name="length">The file's size in bytes. If fewer or more bytes are read, that is a finding.</param>
    /// <param name="limits">The limits for the file.</param>
    public OnnxInspection(long length, ArtifactLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        this.length = length;
        context = new OnnxContext(limits);
        model = new ModelMessage(context);
        reader = new ProtobufReader(context, model, length);
    }

    /// <summary>Inspects a whole file.</summary>
    public static OnnxReport Inspect(ReadOnlySpan<byte> file, ArtifactLimits? limits = null)
    {
        var inspection = new OnnxInspection(file.Length, limits ?? ArtifactLimits.Default);
        inspection.Read(file);
        return inspection.End();
    }

    /// <summary>Reads the next chunk.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        if (read < IdentifierEnd)
            bytes[..(int)Math.Min(bytes.Length, IdentifierEnd - read)].CopyTo(head.AsSpan((int)read));
        read += bytes.Length;
        reader.Read(bytes);
    }

    /// <summary>Ends the inspection after the last chunk.</summary>
    public OnnxReport End()
    {
        reader.End();
        // ONNX Runtime looks for this mark before it reads a message, and a valid message can contain it.
        if (length > IdentifierEnd && head.AsSpan(4).SequenceEqual("ORTM"u8))
        {
            context.Add(
                FindingCode.RuntimeFormat,
                RegistryLayout.ModelFile,
                "it has the mark of ONNX Runtime's own format; publish the ONNX file from which it was made");
        }

        var served = reader.IsWhole && model.Graph is { } graph ? OnnxInterface.Read(graph, context) : null;
        return new OnnxReport(served, context.Findings(), context.MoreFindings);
    }
}
