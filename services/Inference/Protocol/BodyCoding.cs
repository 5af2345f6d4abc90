namespace ModelServing.Inference.Protocol;

/// <summary>How a body is compressed (RFC 9110, 8.4.1).</summary>
internal enum BodyCoding
{
    Identity,
    Gzip,

    /// <summary>The zlib format (RFC 1950).</summary>
    Deflate,
}
