using System.Net;

namespace ModelServing.Router.Sources;

/// <summary>Returns all addresses of a name, IPv4 and IPv6, in any order.</summary>
/// <exception cref="System.Net.Sockets.SocketException">The name does not exist or has no address
/// (<see cref="System.Net.Sockets.SocketError.HostNotFound"/> or <see cref="System.Net.Sockets.SocketError.NoData"/>), or the lookup failed
/// (any other error).</exception>
internal delegate Task<IPAddress[]> NameLookup(string name, CancellationToken cancellation);
