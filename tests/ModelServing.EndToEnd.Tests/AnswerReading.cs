using System.Text.Json;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Reads answers.</summary>
internal static class AnswerReading
{
    /// <summary>The data of an output.</summary>
    internal static T[] Output<T>(this Answer answer, string name)
    {
        using var json = JsonDocument.Parse(answer.Body);
        return json.RootElement.GetProperty("outputs").EnumerateArray()
            .Single(output => output.GetProperty("name").GetString() == name).GetProperty("data").Deserialize<T[]>()!;
    }

    /// <summary>Fails unless the answer is a complete problem response with one of these statuses.</summary>
    internal static void IsProblem(this Answer answer, params int[] statuses)
    {
        Assert.True(statuses.Contains(answer.Status), $"{answer.Status}: {answer.Body}");
        Assert.Equal("application/problem+json", answer.ContentType);
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal(answer.Status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal(answer.Status == 503, answer.RetryAfter is not null);
    }
}
