using ModelServing.OpenInference;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference;

/// <summary>Small requests, answers and options.</summary>
internal static class SomeAnswers
{
    /// <summary>The least answer of the protocol.</summary>
    internal const string Least = """{"model_name":"m","outputs":[{"name":"y","datatype":"INT32","shape":[2],"data":[7,-8]}]}""";

    internal static InferRequest Request() => new("m", new InferInput("x", Tensor.From<int>([1, -2])));

    /// <summary>Options by which a refused call is sent again at once.</summary>
    internal static OpenInferenceOptions Options(WireFormat format = WireFormat.Json) => new()
    {
        Format = format,
        Retry = new RetryOptions { MaxAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1) },
    };
}
