using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Services.Tests.Router;

/// <summary>Name servers with answers that a test sets. Other names do not exist.</summary>
internal sealed class SomeNames
{
    private readonly ConcurrentDictionary<string, Func<CancellationToken, Task<IPAddress[]>>> answers = new();
    private readonly ConcurrentDictionary<string, int> lookups = new();

    internal int TimesAsked(string name) => lookups.GetValueOrDefault(name);

    internal void Has(string name, params string[] addresses)
    {
        IPAddress[] parsed = [.. addresses.Select(IPAddress.Parse)];
        answers[name] = _ => Task.FromResult(parsed);
    }

    internal void HasNot(string name, SocketError how = SocketError.HostNotFound) => Fails(name, how);

    internal void Fails(string name, SocketError how = SocketError.TryAgain) =>
        answers[name] = _ => Task.FromException<IPAddress[]>(new SocketException((int)how));

    /// <summary>Never answers, even if the caller cancels.</summary>
    internal void Hangs(string name) => answers[name] = static _ => new TaskCompletionSource<IPAddress[]>().Task;

    internal Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellation)
    {
        lookups.AddOrUpdate(name, 1, static (_, times) => times + 1);
        return answers.TryGetValue(name, out var answer)
            ? answer(cancellation)
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
