namespace ModelServing.Router.Routing;

/// <summary>The action that a model's path names.</summary>
internal enum ModelAction
{
    Metadata,
    Ready,
    Infer,

    /// <summary>The version's statistics, which are those of one process.</summary>
    Stats,
}
