using System.Text.Json.Nodes;
using ModelServing.Jobs;

namespace ModelServing.Services.Tests.Jobs;

/// <summary>A report shows inputs of requests, which callers chose.</summary>
public sealed class ReportOutputTests
{
    [Fact]
    public void JSON_has_nothing_that_a_terminal_obeys_and_the_same_meaning()
    {
        const string Hostile = "a\u009b2Jb\u202ec\u2028d";
        using var output = new StringWriter();
        ReportOutput.Print($"{{\n  \"data\": \"{Hostile}\"\n}}", output);
        Assert.DoesNotContain(output.ToString(), static c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u2028');
        Assert.Equal(Hostile, (string?)JsonNode.Parse(output.ToString())!["data"]);
    }
}
