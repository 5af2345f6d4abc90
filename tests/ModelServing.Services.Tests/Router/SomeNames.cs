using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Services.Tests.Router;

/// <summary>Name servers that answer what a test says; a name that it says nothing about does not exist.</summary>
internal sealed class SomeNames
{
    private readonly ConcurrentDictionary<string, Func<CancellationToken, Task<IPAddress[]>>> answers = new();
    private readonly ConcurrentDictionary<string, int> asked = new();

    internal int TimesAsked(string name) => asked.GetValueOrDefault(name);

    internal void Has(string name, params string[] addresses)
    {
        IPAddress[] parsed = [.. addresses.Select(IPAddress.Parse)];
        answers[name] = _ => Task.FromResult(parsed);
    }

    internal void HasNot(string name, SocketError how = SocketError.HostNotFound) => Fails(name, how);

    internal void Fails(string name, SocketError how = SocketError.TryAgain) => answers[name] = _ => Task.FromException<IPAddress[]>(new SocketException((int)how));

    /// <summary>Never answers, whatever becomes of who asked.</summary>
    internal void Hangs(string name) => answers[name] = static _ => new TaskCompletionSource<IPAddress[]>().Task;

    internal Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellation)
    {
        asked.AddOrUpdate(name, 1, static (_, times) => times + 1);
        return answers.TryGetValue(name, out var answer) ? answer(cancellation) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
