using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Memory;

/// <summary>Compresses an answer for a client that accepts it.</summary>
internal static class AnswerCompression
{
    // A shorter answer fits into one packet anyway.
    private const int LeastBytes = 1024;

    /// <summary>The coding for an answer: of those that the client accepts, the one that it prefers.</summary>
    internal static BodyCoding CodingFor(StringValues accepted, long length)
    {
        if (accepted.Count == 0 || length < LeastBytes || !StringWithQualityHeaderValue.TryParseList(accepted, out var codings))
            return BodyCoding.Identity;
        var (best, bestQuality) = (BodyCoding.Identity, 0d);
        foreach (var coding in codings)
        {
            var known = CodingNamed(coding.Value);
            var quality = coding.Quality ?? 1;
            if (known != BodyCoding.Identity && (quality > bestQuality || (quality == bestQuality && known < best)))
                (best, bestQuality) = (known, quality);
        }

        return best;
    }

    /// <summary>Compresses an answer.</summary>
    /// <exception cref="AnswerTooLargeException">The result is larger than any answer may be.</exception>
    internal static void Compress(AnswerBuffer answer, AnswerBuffer compressed, BodyCoding coding)
    {
        using var target = new AnswerStream(compressed);
        using Stream compression = coding == BodyCoding.Gzip
            ? new GZipStream(target, CompressionLevel.Fastest)
            : new ZLibStream(target, CompressionLevel.Fastest);
        for (var i = 0; i < answer.Pieces; i++)
            compression.Write(answer.Piece(i).Span);
    }

    private static BodyCoding CodingNamed(StringSegment name) =>
        name.Equals("gzip", StringComparison.OrdinalIgnoreCase) ? BodyCoding.Gzip
        : name.Equals("deflate", StringComparison.OrdinalIgnoreCase) ? BodyCoding.Deflate
        : BodyCoding.Identity;
}
