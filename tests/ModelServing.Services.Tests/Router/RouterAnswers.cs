using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>Assertions about a router's answers.</summary>
internal static class RouterAnswers
{
    /// <summary>Asserts an answer of a version. A null text, variant or version is not compared; a null failover means that there was
    /// none.</summary>
    internal static void AssertAnswer(
        this RawMessage answer, int status, string? text = null, string? variant = null, string? version = null, string? failover = null)
    {
        Assert.Equal(
            Describe(status, text, variant, version, failover),
            Describe(
                answer.Status,
                text is null ? null : answer.Text,
                variant is null ? null : answer[HeaderNames.ModelVariant] ?? "none",
                version is null ? null : answer[HeaderNames.ModelVersion] ?? "none",
                answer[HeaderNames.ModelFailover]));

        static string Describe(int status, string? text, string? variant, string? version, string? failover) =>
            $"status: {status}, variant: {variant}, version: {version}, failover: {failover ?? "none"}, text: {text}";
    }

    internal static void AssertProblem(this RawMessage answer, int status, string reason)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer["Content-Type"]);
        using var problem = JsonDocument.Parse(answer.Text);
        Assert.Equal("urn:modelserving:problem:" + reason, problem.RootElement.GetProperty("type").GetString());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.RootElement.GetProperty("error").GetString());
        if (answer[HeaderNames.RequestId] is { } id)
            Assert.Equal(id, problem.RootElement.GetProperty("requestId").GetString());
    }
}
