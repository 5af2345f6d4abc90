using ModelServing.Contracts;

namespace ModelServing.Router.Metrics;

/// <summary>What routers count together: a variant, as long as it has the same version in the same trial.</summary>
internal readonly record struct VariantRun(string Variant, ModelVersion Version, int Trial);
