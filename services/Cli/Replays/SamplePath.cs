using ModelServing.Contracts;

namespace ModelServing.Cli.Replays;

/// <summary>Where the sample of a model's requests is: a file beside the stack file, or an object in the bucket.</summary>
internal static class SamplePath
{
    internal static string For(ModelName model) => $"samples/{model}.parquet";
}
