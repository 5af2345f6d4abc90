namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>A comment on a pull request.</summary>
internal sealed record PullRequestComment(long Id, string Author, string Body);
