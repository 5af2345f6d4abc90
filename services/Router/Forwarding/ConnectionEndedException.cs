using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Observing;
using ModelServing.Router.Routing;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>The endpoint closed the connection before its answer was whole.</summary>
internal sealed class ConnectionEndedException : Exception;
