namespace ModelServing.Router.Routing;

/// <summary>What a model's path asks for.</summary>
internal enum ModelAction
{
    Metadata,
    Ready,
    Infer,
}
