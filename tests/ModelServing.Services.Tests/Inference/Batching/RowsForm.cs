namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>How rows are sent.</summary>
internal enum RowsForm
{
    Json,

    /// <summary>In Protocol Buffers, as bytes.</summary>
    Raw,

    /// <summary>In Protocol Buffers, as numbers.</summary>
    Typed,
}
