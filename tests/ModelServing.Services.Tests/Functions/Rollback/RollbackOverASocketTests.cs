namespace ModelServing.Services.Tests.Functions.Rollback;

/// <summary>Rollback over a socket, by the Fn contract.</summary>
public sealed class RollbackOverASocketTests() : RollbackTests(static () => new SocketCaller());
