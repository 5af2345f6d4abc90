using System.Net;

namespace ModelServing.OpenInference.Rest;

/// <summary>A body of several blocks of memory, none of which is copied before it is sent.</summary>
internal sealed class RequestContent : HttpContent
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> blocks;

    internal RequestContent(IReadOnlyList<ReadOnlyMemory<byte>> blocks, string type)
    {
        this.blocks = blocks;
        Headers.ContentType = new(type);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var block in blocks)
            await stream.WriteAsync(block, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = blocks.Sum(static block => (long)block.Length);
        return true;
    }
}
