using System.IO.Compression;
using Microsoft.Net.Http.Headers;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>Expands a compressed body, as much of it as its reader has room for.</summary>
internal sealed unsafe class BodyExpansion : IDisposable
{
    private readonly BodyCoding coding;
    private readonly Stream plain;

    /// <param name="body">Where the body begins. It must stay there.</param>
    /// <param name="length">The number of bytes that were sent.</param>
    /// <param name="coding">How it is compressed.</param>
    /// <exception cref="RequestFaultException">There is no body.</exception>
    internal BodyExpansion(nint body, int length, BodyCoding coding)
    {
        this.coding = coding;
        if (length == 0)
            throw Fault("has no bytes");
        var compressed = new UnmanagedMemoryStream((byte*)body, length);
        plain = coding == BodyCoding.Gzip
            ? new GZipStream(compressed, CompressionMode.Decompress)
            : new ZLibStream(compressed, CompressionMode.Decompress);
    }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="RequestFaultException">The body is not compressed as it says.</exception>
    internal int Read(Span<byte> bytes)
    {
        try
        {
            return plain.Read(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Fault($"can't be expanded: {e.Message}");
        }
    }

    public void Dispose() => plain.Dispose();

    private RequestFaultException Fault(string message) =>
        new(HeaderNames.ContentEncoding, $"it is {(coding == BodyCoding.Gzip ? "gzip" : "deflate")}, but the body {message}");
}
