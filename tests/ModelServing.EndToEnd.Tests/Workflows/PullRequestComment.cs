namespace ModelServing.EndToEnd.Tests.Workflows;

internal sealed record PullRequestComment(long Id, string Author, string Body);
