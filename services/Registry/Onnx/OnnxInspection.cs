using ModelServing.Registry.Onnx.Reading;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>
/// What stands in an ONNX file, read without running it, and all that is wrong with it. The bytes come in chunks of any size and are not
/// kept, so a file is read in little memory however large it is.
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

    /// <summary>Begins to read a file.</summary>
    /// <param name="length">How many bytes it has; fewer or more of them are a finding.</param>
    /// <param name="limits">What it may not exceed.</param>
    public OnnxInspection(long length, ArtifactLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        this.length = length;
        context = new OnnxContext(limits);
        model = new ModelMessage(context);
        reader = new ProtobufReader(context, model, length);
    }

    /// <summary>Reads a whole file.</summary>
    public static OnnxReport Inspect(ReadOnlySpan<byte> file, ArtifactLimits? limits = null)
    {
        var inspection = new OnnxInspection(file.Length, limits ?? ArtifactLimits.Default);
        inspection.Read(file);
        return inspection.End();
    }

    /// <summary>Reads on.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        if (read < IdentifierEnd)
            bytes[..(int)Math.Min(bytes.Length, IdentifierEnd - read)].CopyTo(head.AsSpan((int)read));
        read += bytes.Length;
        reader.Read(bytes);
    }

    /// <summary>All bytes were read.</summary>
    public OnnxReport End()
    {
        reader.End();
        // ONNX Runtime looks for this before it reads a message, and a message can be written that has it.
        if (length > IdentifierEnd && head.AsSpan(4).SequenceEqual("ORTM"u8))
            context.Add(FindingCode.RuntimeFormat, RegistryLayout.ModelFile, "it has the mark of ONNX Runtime's own format; publish the ONNX file that it was made of");
        var served = reader.IsWhole && model.Graph is { } graph ? OnnxInterface.Read(graph, context) : null;
        return new OnnxReport(served, context.Findings(), context.More);
    }
}
